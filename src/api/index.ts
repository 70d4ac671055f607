/** Our own REST API, `/api/v1`, which the command line and the web interface use; described in docs/openapi.json. */
export { nativeApi } from "./native-api.ts";
export type { ApiParts, ServerFigures } from "./operation.ts";
