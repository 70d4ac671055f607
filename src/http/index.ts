/** The front door: sockets, routes, replies to bytes, problems to statuses. The only room that knows the HTTP server library. */

export {
  type FrontDoor,
  type FrontDoorParts,
  type FrontDoorSettings,
  type InjectedReply,
  type InjectedRequest,
  type ListeningPlace,
  openFrontDoor,
  type RequestRecord,
} from "./front-door.ts";
export type { HotFigures } from "./metrics.ts";
export { messageOf, statusOf } from "./problems.ts";
export type { Dialect, DialectRoute, Scope, Target } from "./routes.ts";
export { clearSocketPlace, type SocketPlace } from "./unix-socket.ts";
