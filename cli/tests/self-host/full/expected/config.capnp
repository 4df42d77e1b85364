# Written by `durable-object self-host`, which writes it again: do not edit it.
# Start it in this folder: mkdir -p data && workerd serve --experimental config.capnp --directory-path storage=data
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "storage", disk = (writable = true)),
    (name = "assets", assets = (path = "assets", config = "{\"headers\":\"/a.js\\n  X-From: \\\"rules\\\"\\n\",\"html_handling\":\"drop-trailing-slash\",\"ignore\":\"*.md\\n\",\"not_found_handling\":\"404-page\",\"redirects\":\"/old /a.js 301\\n\",\"run_worker_first\":[\"/api/*\",\"!/api/docs\"]}", userWorker = "worker")),
    (name = "cron", worker = .cron),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:8787", service = "assets", http = (forwardedProtoHeader = "X-Forwarded-Proto")),
  ],
  logging = (structuredLogging = true),
);

const worker :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "worker/index.js"),
    (name = "data.bin", data = embed "worker/data.bin"),
    (name = "text/note.txt", text = embed "worker/text/note.txt"),
  ],
  compatibilityDate = "2026-08-01",
  compatibilityFlags = [
    "nodejs_compat",
  ],
  bindings = [
    (name = "ROOM", durableObjectNamespace = "Room"),
    (name = "OLD", durableObjectNamespace = "Old"),
    (name = "FILES", service = (name = "assets", entrypoint = "AssetWorker")),
    (name = "SELF", service = "worker"),
    (name = "ADMIN", service = (name = "worker", entrypoint = "Admin")),
    (name = "FACTOR", json = "0.5"),
    (name = "LIMITS", json = "{\"calls\":3,\"names\":[\"a\",\"\\\"b\\\"\"]}"),
    (name = "PLAIN", text = "two words"),
    (name = "QUOTED", text = "a \"b\" \\ c\nd\x09e\x01\x7f é 😀 ${HOME} %h"),
    (name = "API_KEY", fromEnvironment = "API_KEY"),
    (name = "TOKEN", fromEnvironment = "TOKEN"),
  ],
  durableObjectNamespaces = [
    (className = "Hall", uniqueKey = "shop-Hall~1", enableSql = true),
    (className = "Old", uniqueKey = "shop-Old", enableSql = false),
    (className = "Part", uniqueKey = "shop-Part", enableSql = true),
    (className = "Room", uniqueKey = "shop-Chat", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
);

const cron :Workerd.Worker = (
  modules = [
    (name = "cron.js", bundled = "/workerd/cron.js"),
  ],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = [
    "service_binding_extra_handlers",
  ],
  bindings = [
    (name = "SCHEDULE", durableObjectNamespace = "Schedule"),
    (name = "CRONS", json = "{\"worker\":[\"*/5 * * * *\",\"0 0 1 * *\"]}"),
    (name = "worker", service = "worker"),
  ],
  durableObjectNamespaces = [
    (className = "Schedule", uniqueKey = "Schedule", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
);
