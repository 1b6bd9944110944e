# Two isolates of the Worker before the same books, as on Cloudflare: requests for the
# host `second.localhost` go to the second one, all others to the first.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "front", worker = .front),
    (name = "first", worker = .first),
    (name = "second", worker = .second),
    (name = "state", disk = .state),
    (name = "assets", disk = .assets),
    (name = "internet", network = (allow = [])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "front")],
);

const front :Workerd.Worker = (
  modules = [(name = "front.js", esModule = embed "front.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "first", service = "first"), (name = "second", service = "second")],
);

const first :Workerd.Worker = (
  modules = [
    (name = "entry.js", esModule = embed "../../edge/build/entry.js"),
    (name = "index.js", esModule = embed "../../edge/build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "../../edge/build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
    (name = "ASSETS", service = "assets"),
    (name = "MASTER_KEYS", fromEnvironment = "MASTER_KEYS"),
    (name = "OPERATOR_KEY", fromEnvironment = "OPERATOR_KEY"),
    (name = "TRUSTED_ADDRESS_HEADER", fromEnvironment = "TRUSTED_ADDRESS_HEADER"),
  ],
  durableObjectNamespaces = [
    (className = "Ledger", uniqueKey = "grapevine-ledger", enableSql = true),
    (className = "Directory", uniqueKey = "grapevine-directory", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
);

const second :Workerd.Worker = (
  modules = [
    (name = "entry.js", esModule = embed "../../edge/build/entry.js"),
    (name = "index.js", esModule = embed "../../edge/build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "../../edge/build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "LEDGER", durableObjectNamespace = (className = "Ledger", serviceName = "first")),
    (name = "DIRECTORY", durableObjectNamespace = (className = "Directory", serviceName = "first")),
    (name = "ASSETS", service = "assets"),
    (name = "MASTER_KEYS", fromEnvironment = "MASTER_KEYS"),
    (name = "OPERATOR_KEY", fromEnvironment = "OPERATOR_KEY"),
    (name = "TRUSTED_ADDRESS_HEADER", fromEnvironment = "TRUSTED_ADDRESS_HEADER"),
  ],
);

const state :Workerd.DiskDirectory = (writable = true);
const assets :Workerd.DiskDirectory = ();
