// Reads an OpenAPI and an AsyncAPI document as other programs do, and prints what is wrong with
// them as one JSON line.
const fs = require("fs");
const SwaggerParser = require("@apidevtools/swagger-parser");
const { Parser } = require("@asyncapi/parser");

const [openapi, asyncapi] = process.argv.slice(2).map((path) => fs.readFileSync(path, "utf8"));
const kError = 0;

(async () => {
  const api = await SwaggerParser.validate(JSON.parse(openapi));
  const { document, diagnostics } = await new Parser().parse(asyncapi);
  const errors = diagnostics.filter((each) => each.severity === kError);
  console.log(JSON.stringify({
    paths: Object.keys(api.paths).length,
    channels: document ? document.channels().all().length : 0,
    messages: document ? document.allMessages().all().length : 0,
    errors: errors.map((each) => `${each.message} at ${each.path.join(".")}`),
  }));
})();
