// The npm package `eventsource` follows a run's server-sent events to its last record and prints
// the ids and types that came, as one JSON line. It comes back by itself, with Last-Event-ID.
const EventSource = require("eventsource");

const [address, run] = process.argv.slice(2);
const source = new EventSource(`${address}/run/${run}/events`);
const told = { ids: [], types: [], opened: 0 };

source.onopen = () => (told.opened += 1);
source.onmessage = (event) => {
  const record = JSON.parse(event.data);
  if (record.type === "connected") return;
  told.ids.push(event.lastEventId);
  told.types.push(record.type);
  if (["done", "terminated", "error"].includes(record.type)) {
    source.close();
    console.log(JSON.stringify(told));
  }
};
