import { createServer } from "node:net";

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

/** Whether something answers there with success, in whatever words. */
export async function answers(address: string): Promise<boolean> {
  try {
    const reply = await fetch(address);
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
}
