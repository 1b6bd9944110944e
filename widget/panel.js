// Entry of the panel's script, wrapped around what wasm-bindgen makes of src/.
//
// Guarantees: whoever presses gets something. Where WebAssembly is barred by the
// page's policy, or the module did not come whole, the edge's own page takes over.
// Not for: anything that the panel does once it is there (src/).
import { ask, banner, initSync, open } from './bound.js'

const plain = {
  // An inline place keeps what the page put into it; an empty one gets a link.
  open({ start }, place) {
    if (!place.dataset.grapevine) self.open(start.page_url, '_blank', 'noopener')
    else if (!place.firstChild) {
      place.appendChild(Object.assign(document.createElement('a'), {
        href: start.page_url,
        target: '_blank',
        textContent: start.launcher.text || start.name
      }))
    }
  },
  ask() {},
  banner() {}
}

// Words of what few look at.
let more

/** The panel's functions; `wasm` and `words` are answers of fetch, 0 where there is none. */
export default async (host, wasm, words) => {
  try {
    // The first entry holds the words that go by a name; the others by their number.
    const list = await words.json()
    host.words = Object.assign(list, list[0])
    host.more = run => (more ||= fetch(words.url.replace('.json', '-more.json'))
      .then(answer => answer.json())
      .then(rest => list.push(...rest)))
      .then(run)
      .catch(error => {
        more = 0
        host.emit('error', error)
      })
    initSync({ module: await WebAssembly.compile(await wasm.arrayBuffer()) })
    return { ask, banner, open }
  } catch (error) {
    host.plain = 1
    host.emit('error', error)
    return plain
  }
}
