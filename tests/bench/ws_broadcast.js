// What the hub is compared with: the npm package `ws`, which sends each record to each client. On
// every message that asks for a burst, 128 records of 512 bytes go to all. Prints its port.
const { WebSocket, WebSocketServer } = require("ws");

const kBurst = 128;
const record = "x".repeat(512);

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => console.log(server.address().port));
server.on("connection", (client) => {
  client.on("message", (data) => {
    if (!data.includes("burst")) {
      client.send('{"op":"subscribed","about":{}}');
      return;
    }
    for (let i = 0; i < kBurst; i += 1) {
      for (const other of server.clients) {
        if (other.readyState === WebSocket.OPEN) other.send(record);
      }
    }
  });
});
