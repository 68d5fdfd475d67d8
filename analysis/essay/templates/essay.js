// The theme, which the reader may choose, and notes shown beside what they explain. All of the page works without.
(() => {
  "use strict";
  const root = document.documentElement;
  const KEY = "mixability-theme";

  const remembered = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem(KEY, theme); } catch { /* a page may not be allowed to */ } };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();

  const themeButton = () => {
    const button = document.querySelector("button.theme");
    const prefers = matchMedia("(prefers-color-scheme: dark)");
    const dark = () => (root.dataset.theme ?? (prefers.matches ? "dark" : "light")) === "dark";
    const tell = () => button.setAttribute("aria-pressed", String(dark()));
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      remember(root.dataset.theme);
      tell();
    });
    prefers.addEventListener("change", tell);
    button.hidden = false;
    tell();
  };

  const explanations = () => {
    const box = document.createElement("div");
    if (!("showPopover" in box)) return;
    box.className = "explained";
    box.popover = "auto";
    box.tabIndex = -1;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", "Explanation");
    document.body.append(box);
    let asked = null;

    const fill = (target) => {
      const copy = target.cloneNode(true);
      copy.querySelectorAll(".back").forEach((element) => element.remove());
      copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = "Close";
      close.addEventListener("click", () => box.hidePopover());
      box.replaceChildren(...copy.childNodes, close);
    };
    const place = (link) => {
      const at = link.getClientRects()[0];
      const room = { width: root.clientWidth, height: innerHeight };
      const left = Math.min(Math.max(16, at.left), room.width - box.offsetWidth - 16);
      const below = at.bottom + 8 + box.offsetHeight < room.height || at.top < box.offsetHeight + 8;
      box.style.left = `${left + scrollX}px`;
      box.style.top = `${(below ? at.bottom + 8 : at.top - 8 - box.offsetHeight) + scrollY}px`;
    };
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-explained]");
      const target = link && document.getElementById(link.hash.slice(1));
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      asked = link;
      fill(target);
      box.showPopover();
      place(link);
      link.setAttribute("aria-expanded", "true");
      box.focus({ preventScroll: true });
    });
    box.addEventListener("toggle", (event) => {
      if (event.newState === "open") return;
      document.querySelectorAll("[aria-expanded=true][data-explained]").forEach((link) => link.removeAttribute("aria-expanded"));
      if (asked && (document.activeElement === document.body || box.contains(document.activeElement))) asked.focus({ preventScroll: true });
    });
  };

  document.addEventListener("DOMContentLoaded", () => { themeButton(); explanations(); });
})();
