# The Worker on one machine, under the open-source `workerd` alone:
#
#   workerd serve edge/workerd.capnp config --import-path node_modules \
#     --directory-path state=/var/lib/grapevine --directory-path assets=build/assets-local
#
# run from the root of the checkout after `cargo xtask build`, with MASTER_KEYS,
# OPERATOR_KEY and PUBLIC_ORIGIN in the environment; see docs/operations.md.
# `--socket-addr http=…` replaces the address.
#
# Two configurations: `config` for service, and `development`, the same but
# allowed to send requests to the loopback, where tests have their receivers.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "state", disk = .state),
    (name = "assets", disk = .assets),
    # Outgoing webhooks and mail: never to a private network.
    (name = "internet", network = .publicNetwork),
  ],
  sockets = [ .http ],
);

const development :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "state", disk = .state),
    (name = "assets", disk = .assets),
    (name = "internet", network = (allow = ["public", "local"], tlsOptions = .tls)),
  ],
  sockets = [ .http ],
);

const http :Workerd.Socket = (
  name = "http",
  address = "127.0.0.1:8787",
  # A TLS proxy before it says here how the visitor came; links begin accordingly.
  http = (forwardedProtoHeader = "X-Forwarded-Proto"),
  service = "edge",
);

const edge :Workerd.Worker = (
  modules = [
    (name = "entry.js", esModule = embed "build/entry.js"),
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "./index_bg.wasm", wasm = embed "build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
    (name = "ASSETS", service = "assets"),
    (name = "MASTER_KEYS", fromEnvironment = "MASTER_KEYS"),
    (name = "OPERATOR_KEY", fromEnvironment = "OPERATOR_KEY"),
    (name = "PUBLIC_ORIGIN", fromEnvironment = "PUBLIC_ORIGIN"),
    (name = "DEV_MODE", fromEnvironment = "DEV_MODE"),
    (name = "TRUSTED_ADDRESS_HEADER", fromEnvironment = "TRUSTED_ADDRESS_HEADER"),
    (name = "LIMITS", fromEnvironment = "LIMITS"),
  ],
  # The unique keys name the folders of the stored objects: never change them.
  durableObjectNamespaces = [
    (className = "Ledger", uniqueKey = "grapevine-ledger", enableSql = true),
    (className = "Directory", uniqueKey = "grapevine-directory", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
);

const state :Workerd.DiskDirectory = (path = ".state/workerd", writable = true);
const assets :Workerd.DiskDirectory = (path = "build/assets-local");
const publicNetwork :Workerd.Network = (allow = ["public"], tlsOptions = .tls);
const tls :Workerd.TlsOptions = (trustBrowserCas = true);
