import { temporaryFolder } from "../../tests/support/databases.ts";
import { forgetfulDisk } from "../../tests/support/forgetful-disk.ts";
import { diskContract } from "./disk.contract.ts";
import { realDisk } from "./disk.ts";

diskContract("the disk of this machine", async () => {
  const temporary = await temporaryFolder();
  return { disk: realDisk(), folder: temporary.folder, [Symbol.asyncDispose]: temporary[Symbol.asyncDispose] };
});

diskContract("the disk that forgets", async () => ({
  disk: forgetfulDisk(),
  folder: "/",
  [Symbol.asyncDispose]: async () => {},
}));
