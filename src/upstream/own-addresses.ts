import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { UpstreamFailure } from "./upstream.ts";

/**
 * Whether an address is this machine's own, or one of those at which clouds tell a machine its secrets, or nobody's in
 * particular. What users have us send somewhere must not get there.
 */
export function isOwnAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && closed().check(address, family === 4 ? "ipv4" : "ipv6");
}

/** Whether a host in an address names this machine; `null`: only a look-up can tell. */
export function isOwnHost(hostname: string): boolean | null {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (isIP(bare) !== 0) return isOwnAddress(bare);
  return bare === "localhost" || bare.endsWith(".localhost") ? true : null;
}

/** The system's look-up, but for names that lead to this machine: the answer is judged, so a name cannot change it between. */
export function openForeignLookup(lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const own = addresses.find(({ address }) => isOwnAddress(address));
      if (own !== undefined) return callback(refusal(hostname), "", 0);
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

export function refusal(hostname: string): UpstreamFailure {
  return new UpstreamFailure(
    `${hostname} leads to this machine itself, where nothing is sent; whoever runs the server can allow the host with --push-host`,
  );
}

/** IPv4 addresses that are written as IPv6 (`::ffff:127.0.0.1`) are known by the list itself. */
function closed(): BlockList {
  const list = new BlockList();
  for (const [network, bits] of [
    ["0.0.0.0", 8],
    ["127.0.0.0", 8],
    // Link-local; 169.254.169.254 is where most clouds keep a machine's credentials.
    ["169.254.0.0", 16],
    // Multicast, reserved, broadcast.
    ["224.0.0.0", 3],
  ] as const) {
    list.addSubnet(network, bits, "ipv4");
  }
  // Metadata services outside of the link-local range.
  list.addAddress("100.100.100.200", "ipv4");
  list.addAddress("168.63.129.16", "ipv4");
  list.addAddress("fd00:ec2::254", "ipv6");
  list.addAddress("::", "ipv6");
  list.addAddress("::1", "ipv6");
  for (const [network, bits] of [
    ["fe80::", 10],
    ["ff00::", 8],
    // Ways to write an IPv4 address that a gateway translates.
    ["64:ff9b::", 96],
    ["2002::", 16],
  ] as const) {
    list.addSubnet(network, bits, "ipv6");
  }
  return list;
}
