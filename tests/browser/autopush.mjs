// A push service on this machine: the websocket that Firefox holds open ("push-notification", Mozilla autopush), and the
// endpoint that servers post to (RFC 8030). It passes on what it is given, sealed as it is (RFC 8291).
import crypto from "node:crypto";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

export class Autopush {
  static async start(port) {
    const service = new Autopush();
    service.port = port;
    service.origin = `http://127.0.0.1:${port}`;
    /** Endpoint → channel of the browser. */
    service.channels = new Map();
    /** What was posted: headers and bytes, nothing that could be read. */
    service.posts = [];
    /** While set, posts are answered by it. */
    service.refuse = null;
    service.server = createServer((request, response) => service.take(request, response));
    service.sockets = new WebSocketServer({ server: service.server, handleProtocols: (offered) => [...offered][0] });
    service.sockets.on("connection", (socket) => {
      service.browser = socket;
      socket.on("message", (text) => service.hear(socket, JSON.parse(text)));
    });
    await new Promise((done) => service.server.listen(port, "127.0.0.1", done));
    return service;
  }

  async take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const channelID = this.channels.get(request.url);
    this.posts.push({ headers: request.headers, body });
    const status = this.refuse ?? (channelID ? 201 : 410);
    response.writeHead(status, status === 201 ? { location: `${this.origin}/m/${crypto.randomUUID()}` } : {}).end();
    if (status === 201) {
      this.say(this.browser, {
        messageType: "notification", channelID, version: crypto.randomUUID(), data: body.toString("base64url"),
        headers: { encoding: request.headers["content-encoding"] },
      });
    }
  }

  hear(socket, message) {
    const { messageType, channelID } = message;
    const same = { messageType, status: 200, channelID };
    if (messageType === undefined) this.say(socket, {});
    else if (messageType === "hello") this.say(socket, { messageType, status: 200, uaid: message.uaid || crypto.randomBytes(16).toString("hex"), use_webpush: true, broadcasts: {} });
    else if (messageType === "register") {
      const path = `/wpush/v2/${crypto.randomBytes(16).toString("hex")}`;
      this.channels.set(path, channelID);
      this.say(socket, { ...same, pushEndpoint: this.origin + path });
    } else if (messageType === "unregister") {
      for (const [path, channel] of this.channels) if (channel === channelID) this.channels.delete(path);
      this.say(socket, same);
    }
  }

  say(socket, message) {
    socket?.send(JSON.stringify(message));
  }

  async stop() {
    this.sockets.clients.forEach((socket) => socket.terminate());
    await new Promise((done) => this.server.close(done));
  }
}
