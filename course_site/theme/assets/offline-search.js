/* The archive read without a server: a browser starts no worker from a file, so the search's worker runs in a frame.
 *
 * The theme's worker knows of frames: it looks for `IFrameWorker` in its parent, and for its own address in the first
 * script of its document. All it needs besides is importScripts and a way to answer.
 */
(function () {
  "use strict";

  if (location.protocol !== "file:") {
    return;
  }

  class IFrameWorker extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.title = "Recherche";
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.importScripts = (...addresses) =>
        addresses.reduce((done, each) => done.then(() => this.load(each)), Promise.resolve());
      this.ready = this.load(address);
    }

    load(address) {
      const inside = this.frame.contentDocument;
      return new Promise((resolve, reject) => {
        const script = inside.createElement("script");
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${address} cannot be loaded`));
        script.src = new URL(address, location.href).href;
        inside.head.append(script);
      });
    }

    postMessage(data) {
      const inside = this.frame.contentWindow;
      this.ready.then(() => inside.dispatchEvent(new inside.MessageEvent("message", { data })));
    }

    terminate() {
      this.frame.remove();
    }
  }

  window.IFrameWorker = window.Worker = IFrameWorker;
})();
