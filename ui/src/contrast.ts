import { type CSSVariablesResolver, darken } from "@mantine/core";

/** What is written on a pale ground of its own colour, such as badges and alerts, needs more than Mantine's contrast. */
const ON_PALE = 0.35;
const LINK = 0.15;

/** Colours that are legible to everybody: at least 4.5 to 1 against what is behind them. */
export const legibleColours: CSSVariablesResolver = ({ colors, primaryColor }) => {
  const light: Record<string, string> = {};
  for (const [name, shades] of Object.entries(colors)) {
    light[`--mantine-color-${name}-light-color`] = darken(shades[9], ON_PALE);
  }
  light["--mantine-color-anchor"] = darken(colors[primaryColor]?.[9] ?? "#000", LINK);
  return { variables: {}, light, dark: {} };
};
