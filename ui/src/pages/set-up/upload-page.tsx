import { DropFiles } from "../../parts/drop-files.tsx";
import { RepositoryIn } from "./repository-in.tsx";

/** `/:owner/:name/-/upload` */
export function Component() {
  return <RepositoryIn title="Publish to">{(repository) => <DropFiles repository={repository} />}</RepositoryIn>;
}
