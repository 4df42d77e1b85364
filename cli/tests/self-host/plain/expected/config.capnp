# Written by `durable-object self-host`, which writes it again: do not edit it.
# Start it in this folder: mkdir -p data && workerd serve config.capnp --directory-path storage=data
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "storage", disk = (writable = true)),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:8787", service = "worker", http = (forwardedProtoHeader = "X-Forwarded-Proto")),
  ],
  logging = (structuredLogging = true),
);

const worker :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "worker/index.js"),
  ],
  compatibilityDate = "2026-08-01",
  bindings = [
    (name = "ROOM", durableObjectNamespace = "Room"),
    (name = "GREETING", text = "hello"),
  ],
  durableObjectNamespaces = [
    (className = "Room", uniqueKey = "plain-staging-Chat", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
);
