// The switch between light and dark. What was chosen is kept where the browser lets a page
// keep something; otherwise the page follows the system.

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const themeListeners = [];

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : darkSystem.matches;
}

function themeChanged() {
  const button = document.getElementById("theme");
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
  themeListeners.forEach((listener) => listener());
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  themeChanged();
}

{
  const key = "orders-theme";
  try {
    const kept = localStorage.getItem(key);
    if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  } catch {
    // Nothing is kept here; the system decides.
  }
  document.getElementById("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    chooseTheme(theme);
    try {
      localStorage.setItem(key, theme);
    } catch {
      // It holds until the page is closed.
    }
  });
  darkSystem.addEventListener("change", themeChanged);
  themeChanged();
}
