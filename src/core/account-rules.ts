import { isReservedWord } from "./names.ts";
import type { User } from "./principal.ts";
import { describingFault } from "./repository-settings.ts";

const EMAIL_LENGTH_MAX = 320;

/** What is wrong with an account by itself, in one sentence; `null`: nothing. */
export function accountFault(
  user: Pick<User, "name" | "email" | "title" | "description" | "customData">,
): string | null {
  if (isReservedWord(user.name)) {
    return `'${user.name}' cannot be a user name: this server's own addresses begin with it; choose another`;
  }
  if (user.email !== null && (user.email.length > EMAIL_LENGTH_MAX || /[\x00-\x1f\x7f]/.test(user.email))) {
    return `an e-mail address has at most ${EMAIL_LENGTH_MAX} characters, without control characters`;
  }
  return describingFault(user);
}
