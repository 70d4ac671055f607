import { SetMeUp } from "../../parts/set-me-up.tsx";
import { RepositoryIn } from "./repository-in.tsx";

/** `/:owner/:name/-/set-up` */
export function Component() {
  return <RepositoryIn title="Set me up with">{(repository) => <SetMeUp repository={repository} />}</RepositoryIn>;
}
