#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr ApiRow kVec[] = {
    {.name = "vec.length",
     .parameters = "x: number; y: number",
     .returns = "number",
     .doc = "Length of a vector.",
     .cost = "2",
     .right = "local far = vec.length(self.x, self.y) > 10",
     .wrong = "local far = vec.magnitude(self.x, self.y) > 10",
     .wrong_hint = "vec has length"},
    {.name = "vec.distance",
     .parameters = "ax: number, m; ay: number, m; bx: number, m; by: number, m",
     .returns = "number",
     .unit = "m",
     .doc = "From one point to another.",
     .cost = "2",
     .right = "local far = vec.distance(self.x, self.y, 3, 4)",
     .wrong = "local far = vec.distance(self, {x = 3, y = 4})",
     .wrong_hint = "write vec.distance(ax, ay, bx, by)"},
    {.name = "vec.direction",
     .parameters = "ax: number, m; ay: number, m; bx: number, m; by: number, m",
     .returns = "number, number",
     .doc =
         "The unit vector from one point toward another, as two numbers; 0, 0 when they are one.",
     .cost = "3",
     .right = "local dx, dy = vec.direction(self.x, self.y, 3, 4); self:move(dx, dy)",
     .wrong = "local d = vec:direction(self.x, self.y, 3, 4)",
     .wrong_hint = "write vec.direction("},
    {.name = "vec.normalize",
     .parameters = "x: number; y: number",
     .returns = "number, number",
     .doc = "The same direction with length 1, as two numbers; 0, 0 stays so.",
     .cost = "3",
     .right = "local nx, ny = vec.normalize(3, 4)",
     .wrong = "local n = vec.normalize({3, 4})",
     .wrong_hint = "write vec.normalize(x, y)"},
    {.name = "vec.rotate",
     .parameters = "x: number; y: number; angle: number, rad",
     .returns = "number, number",
     .doc = "Turns a vector anticlockwise.",
     .cost = "4",
     .right = "local left_x, left_y = vec.rotate(1, 0, math.pi / 2)",
     .wrong = "local left_x, left_y = vec.rotate(1, 0)",
     .wrong_hint = "write vec.rotate(x, y, angle)"},
    {.name = "vec.angle",
     .parameters = "x: number; y: number",
     .returns = "number",
     .unit = "rad",
     .range = "-pi … pi",
     .doc = "Direction of a vector, anticlockwise from +x; comparable with self.heading.",
     .cost = "2",
     .right = "local angle = vec.angle(1, 1)",
     .wrong = "local angle = vec.heading(1, 1)",
     .wrong_hint = "vec has length"},
    {.name = "vec.angle_between",
     .parameters = "ax: number; ay: number; bx: number; by: number",
     .returns = "number",
     .unit = "rad",
     .range = "-pi … pi",
     .doc = "How far to turn from one vector to another, anticlockwise positive.",
     .cost = "4",
     .right = "local turn = vec.angle_between(1, 0, 0, 1)",
     .wrong = "local turn = vec.angle_between(1, 0)",
     .wrong_hint = "write vec.angle_between(ax, ay, bx, by)"},
};

}  // namespace

std::span<const ApiRow> vec_library_rows() {
  return kVec;
}

}  // namespace cherub::scripting
