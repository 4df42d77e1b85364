// Operations on sockets that take several steps, each as one call from Rust.

/** Accepts one end of a new connection, and returns the other one for the client's response. */
export function accept(ctx, tags, attachment) {
  const [client, server] = Object.values(new WebSocketPair());
  server.serializeAttachment(attachment);
  ctx.acceptWebSocket(server, tags);
  return client;
}

/** Returns all open sockets. */
function open(ctx) {
  return ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.READY_STATE_OPEN);
}

/** Returns the open sockets that have all of these tags and are not among the excepted. */
export function select(ctx, [first, ...others], except) {
  return ctx.getWebSockets(first).filter((socket) =>
    socket.readyState === WebSocket.READY_STATE_OPEN &&
    !except.includes(socket) &&
    others.every((tag) => ctx.getTags(socket).includes(tag)));
}

/** Returns the attachment that Rust code has written. */
export function attachment(socket) {
  const attachment = socket.deserializeAttachment();
  return typeof attachment === "string" ? attachment : undefined;
}

/** Returns all attachments, one line each. The text that Rust code writes has no line breaks. */
export function attachments(sockets) {
  return sockets.map((socket) => attachment(socket) ?? "").join("\n");
}

/** The numbers of the sockets that Rust code has asked about, in the order in which it did. */
const numbers = new WeakMap();
let last = 0;

/** Returns a number that no other socket has while this worker runs. */
function number(socket) {
  let number = numbers.get(socket);
  if (number === undefined) numbers.set(socket, (number = last += 1));
  return number;
}

/** Returns the numbers of these sockets. */
export function numbersOf(sockets) {
  const numbers = new Uint32Array(sockets.length);
  // `from` with a function takes several times as long.
  for (let place = 0; place < numbers.length; place += 1) numbers[place] = number(sockets[place]);
  return numbers;
}

/** Returns the sockets whose byte is set. */
export function keep(sockets, wanted) {
  return sockets.filter((_, index) => wanted[index] === 1);
}

/** Sends a message to each socket, and returns the number of those that accepted it. */
export function broadcast(sockets, message) {
  return sockets.filter((socket) => takes(socket, message)).length;
}

/** Sends a message to the sockets at these places. */
export function deliver(sockets, places, message) {
  for (const place of places) takes(sockets[place], message);
}

/** Sends a message to one socket. A socket that ends must not prevent the sends to the others. */
function takes(socket, message) {
  try {
    socket.send(message);
    return true;
  } catch {
    return false;
  }
}

/** Functions that Rust calls with values that need no conversion. */
export const direct = { open, number };
