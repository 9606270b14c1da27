import { createTheme, type MantineColorsTuple } from "@mantine/core";

const chestnut: MantineColorsTuple = ["#FCF5EE", "#F7EADD", "#F3CFAE", "#EDB588", "#E89B62", "#C77E3F", "#94451B", "#7A3613", "#632A11", "#481D0A"];

/** Mantine reads the same tokens; see src/theme. */
export const theme = createTheme({
  colors: { chestnut }, primaryColor: "chestnut", primaryShade: { light: 6, dark: 4 }, autoContrast: true, defaultRadius: "sm", fontFamily: "var(--font)", respectReducedMotion: true,
  cursorType: "pointer", focusRing: "auto",
});
