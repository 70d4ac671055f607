/** The pages for people: the built web interface as it lies on disk, served whole. Knows nothing of who asks. */

export { openPages, type Pages } from "./pages.ts";
