import { type Check, fault, ok } from "./finding.ts";

export const configuration: Check = {
  name: "configuration",
  needs: "nothing",
  async look({ configurationFaults }) {
    if (configurationFaults.length === 0) return [ok(this.name, "flags, environment and file are understood")];
    return configurationFaults.map((message) =>
      fault(this.name, "configuration-wrong", message, "correct it; 'vivarium serve --help' lists all settings"),
    );
  },
};
