// The npm package `ws` as a client of /ws: subscribes to a run's records and to its entities,
// prints what came as one JSON line.
const { WebSocket } = require("ws");

const [address, run] = process.argv.slice(2);
const socket = new WebSocket(`${address}/ws`);
const told = { hello: false, seqs: [], keys: 0, deltas: 0 };

socket.on("message", (data, isBinary) => {
  if (isBinary) {
    if (data[1] === 0) told.keys += 1;
    else told.deltas += 1;
  } else {
    for (const line of data.toString().split("\n")) {
      const record = JSON.parse(line);
      if (record.op === "hello") {
        told.hello = record.protocol === "cherub.v1";
        for (const ch of [`progress/${run}`, `render/${run}/agents`]) {
          socket.send(JSON.stringify({ op: "subscribe", ch, history: "latest" }));
        }
      } else if (record.seq && record.type) told.seqs.push(record.seq);
    }
  }
  if (told.seqs.length > 5 && told.deltas > 5) {
    socket.removeAllListeners("message");
    console.log(JSON.stringify(told));
    socket.close();
  }
});
