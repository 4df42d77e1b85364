// What takes several steps with sockets, in one call from Rust.

/** Accepts one end of a new connection; gives the other, for the client's response. */
export function accept(ctx, tags, attachment) {
  const [client, server] = Object.values(new WebSocketPair());
  server.serializeAttachment(attachment);
  ctx.acceptWebSocket(server, tags);
  return client;
}

/** The open sockets that have all of these tags and are not among the excepted. */
export function select(ctx, [first, ...others], except) {
  return ctx.getWebSockets(first).filter((socket) =>
    socket.readyState === WebSocket.READY_STATE_OPEN &&
    !except.includes(socket) &&
    others.every((tag) => ctx.getTags(socket).includes(tag)));
}

/** The attachment that Rust code has written. */
export function attachment(socket) {
  const attachment = socket.deserializeAttachment();
  return typeof attachment === "string" ? attachment : undefined;
}

/** All attachments, one line each: what Rust code writes has no line breaks. */
export function attachments(sockets) {
  return sockets.map((socket) => attachment(socket) ?? "").join("\n");
}

/** The sockets whose byte is set. */
export function keep(sockets, wanted) {
  return sockets.filter((_, index) => wanted[index] === 1);
}

/** Sends a message to each, and gives the number of those that took it. */
export function broadcast(sockets, message) {
  return sockets.filter((socket) => takes(socket, message)).length;
}

/** Sends a message to those at these places. */
export function deliver(sockets, places, message) {
  for (const place of places) takes(sockets[place], message);
}

/** One that ends must not keep the others from theirs. */
function takes(socket, message) {
  try {
    socket.send(message);
    return true;
  } catch {
    return false;
  }
}
