export const HELP = `relay-client: asks a live push relay the way an app does

  relay-client status     --relay URL [route] [--json]
  relay-client register   --relay URL [route] [device] [--seed-file F] [--namespaces L]
  relay-client unregister --relay URL [route] [device] --seed-file F

status      asks whether a relay answers there, and what it offers. Needs no account, and
            does not tell whether the relay can store anything: register does.
register    registers a device for an account, and says whether that was added or
            updated. Without --seed-file the account is a throw-away, and is
            unregistered again at the end.
unregister  ends such a registration.

  --relay URL          https://host or https://host:port, without a path

route: straight to the relay, or through three storage nodes as apps do
  --onion KEY          the relay's public onion key, 64 hex digits, as
                       \`npm run keys:show\` prints it
  --oxend URL          where to ask for storage nodes (JSON-RPC); needed with --onion
  --node-scheme S      https or http (stub nodes); default https
  --enc-type T         xchacha20 or aes-gcm; default xchacha20

device:
  --service S          apns, apns-sandbox, firebase or huawei; default firebase
  --token T            the device token
  --token-file F       a file that holds it; other users can see what --token says
                       Without either the token is made up, from the seed if there is
                       a --seed-file: then nobody is woken by the registration.

  --seed-file F        32 bytes in hex that make the account; register creates the file
                       if there is none, for its owner alone
  --namespaces L       comma list of what to register for; default 0
  --keep               leave the registration of a throw-away account in place; it
                       ends by itself after 14 days
  --timeout-ms N       for each request; default 15000, with --onion 30000
  --json               one JSON object on standard output, also for failures
  --show-account       with --json and --seed-file: name the account in it
  --help, --version

\`status\` asks for the relay's version, services and onion key at /openapi.json over a
direct connection, also with --onion, which it compares with that key. A value that begins
with a dash is written --option=VALUE.

exit codes:
  0   done
  1   the relay refused
  2   the command line cannot be carried out
  3   unreachable, timed out, or what answered is no relay (or no oxend)
  4   the relay is overloaded: try later
  5   the onion path failed, or brought no answer in time
  70  a fault of this program
`;
