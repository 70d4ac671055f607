import { createTheme } from "@mantine/core";

/** One green, no pictures, the fonts of the reader's own system. */
export const theme = createTheme({
  primaryColor: "teal",
  // White on it can be read; of a shade that differs in the dark, Mantine does not look whether that is so.
  primaryShade: { light: 9, dark: 9 },
  autoContrast: true,
  defaultRadius: "sm",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  components: {
    // What scrolls can be scrolled by keys, too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
    // A dialog's header is not the page's.
    Modal: {
      defaultProps: { attributes: { header: { role: "none" } }, closeButtonProps: { "aria-label": "Close" } },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close this note" } } },
  },
});
