// The demo pages' own script: reports an order, shows what the page heard.
(function () {
  "use strict";
  window.grapevine = window.grapevine || function () {
    (window.grapevine.q = window.grapevine.q || []).push(arguments);
  };
  var list = document.querySelector("[data-demo=events]");
  ["ready", "open", "close", "join", "press", "claim", "error"].forEach(function (name) {
    document.addEventListener("grapevine:" + name, function (event) {
      var detail = event.detail;
      var row = list.appendChild(document.createElement("li"));
      row.textContent = name + (detail == null ? "" : ": " + (detail.message || JSON.stringify(detail)));
    });
  });
  document.addEventListener("click", function (event) {
    var pressed = event.target.closest("[data-demo]");
    if (!pressed) return;
    if (pressed.dataset.demo === "order") {
      var id = "DEMO-" + Math.random().toString(36).slice(2, 10).toUpperCase();
      window.grapevine("convert", { orderId: id, amount: 6400, currency: "EUR" });
    } else if (pressed.dataset.demo === "forget") {
      try {
        Object.keys(localStorage).forEach(function (key) {
          if (key.indexOf("gv_") === 0) localStorage.removeItem(key);
        });
      } catch (blocked) { /* Then nothing was kept either. */ }
      location.assign(location.pathname);
    }
  });
})();
