// Beside simcord's page: the list of channels, the viewer in the address, and the browser's own time zone.
"use strict";
(() => {
  const house = JSON.parse(document.getElementById("house").textContent);
  const [token, asked] = location.hash.slice(1).split(".");
  let viewer = asked || house.rooms.find((room) => room.port === house.here).viewers[0];

  const plainFetch = window.fetch;
  window.fetch = (path, options = {}) => {
    if (path === "/api/pages" && options.method === "POST") {
      options.headers = { ...options.headers, "X-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone };
    }
    return plainFetch(path, options);
  };

  const words = () => house.words[viewer] || Object.values(house.words)[0];

  // What stands beside the messages, in the language of the person one acts as.
  function speak() {
    document.querySelector(".preview-brand small").textContent = words().badge;
    document.getElementById("messages-toggle").lastChild.textContent = words().channels;
    const skip = document.getElementById("skip");
    if (skip) Object.assign(skip, { textContent: words().skip, title: words().skip_hint });
  }

  const at = (port, hash = "") => `${location.protocol}//${location.hostname}:${port}/${hash}`;

  function link(room) {
    const who = room.viewers.includes(viewer) ? viewer : room.viewers[0];
    const a = document.createElement("a");
    a.href = at(room.port, `#${token}.${who}`);
    a.textContent = room.direct && room.viewers.includes(viewer) ? house.title : room.name;
    a.dataset.port = String(room.port);
    if (room.port === house.here) a.setAttribute("aria-current", "page");
    return a;
  }

  function list() {
    const nav = document.getElementById("rooms") || document.createElement("nav");
    nav.id = "rooms";
    nav.setAttribute("aria-label", words().channels);
    const home = document.createElement("a");
    home.href = at(house.index, `?as=${viewer}`);
    home.className = "home";
    home.textContent = `« ${house.title}`;
    const heading = (text) => Object.assign(document.createElement("h2"), { textContent: text });
    const open = house.rooms.filter((room) => !room.direct && room.viewers.includes(viewer));
    const direct = house.rooms.filter((room) => room.direct && room.viewers.includes(viewer));
    const others = house.rooms.filter((room) => !room.viewers.includes(viewer));
    nav.replaceChildren(home, heading(words().channels), ...open.map(link), heading(words().direct), ...direct.map(link));
    if (others.length) {
      const rest = document.createElement("details");
      rest.append(Object.assign(document.createElement("summary"), { textContent: words().others }));
      rest.append(...others.map((room) => {
        const a = link(room);
        if (!room.direct) a.textContent = `${room.name} · ${house.names[room.viewers[0]]}`;
        return a;
      }));
      nav.append(rest);
    }
    return nav;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const room = house.rooms.find((one) => one.port === house.here);
    document.title = `${room.name} · ${house.title}`;
    document.querySelector(".messages-sidebar").prepend(list());
    document.querySelector(".brand-mark").textContent = "«";
    document.querySelector(".preview-brand strong").textContent = house.title;
    document.querySelector(".preview-brand").addEventListener("click", () => location.assign(at(house.index, `?as=${viewer}`)));
    if (house.skips) {
      const skip = Object.assign(document.createElement("button"), { id: "skip", type: "button" });
      skip.addEventListener("click", async () => {
        skip.disabled = true;
        try {
          await plainFetch("/api/action", {
            method: "POST", headers: { "X-Simcord-Capability": `${token}.${viewer}`, "X-Skip": "1" },
          });
        } finally {
          setTimeout(() => { skip.disabled = false; }, 1000);
        }
      });
      document.querySelector(".viewer-control").before(skip);
    }
    speak();
    // What one's own command or press is answered with is looked at, wherever one had scrolled to.
    let asked = 0;
    let newest = null;
    const timeline = document.getElementById("channel-timeline");
    const messages = document.getElementById("channel-message-list");
    const last = () => [...messages.querySelectorAll("[data-message-id]")].pop()?.dataset.messageId;
    for (const kind of ["keydown", "click"]) {
      document.addEventListener(kind, (event) => {
        if (!event.target.closest?.("#channel-composer, .component-button, .component-select, dialog, [role=dialog]")) return;
        asked = Date.now();
        newest = last();
      }, true);
    }
    new ResizeObserver(() => {
      if (Date.now() - asked < 4000 && last() !== newest) {
        setTimeout(() => { timeline.scrollTop = timeline.scrollHeight; }, 50);
      }
    }).observe(messages);

    // While capturing: simcord's own listener sets the picker back until the new page is there.
    document.addEventListener("change", (event) => {
      if (event.target.id !== "viewer-picker") return;
      viewer = event.target.value;
      history.replaceState(null, "", `#${token}.${viewer}`);
      list();
      speak();
    }, true);
  });
})();
