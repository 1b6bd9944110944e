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

// Who was here before is asked for beside the rest where a place waits for the panel.
const askEarly = host => {
  const session = host.keep('gv_me')
  if (!(session?.length > 1) || !document.querySelector('[data-grapevine]:not([data-grapevine=welcome])')) return
  const { post } = host
  let early = post('/me', { session })
  host.post = (path, body) => {
    const answer = path == '/me' && body.session == session && early
    if (answer) early = 0
    return answer || post(path, body)
  }
}

/**
 * The panel's functions. `wasm` is a promise of fetch's answer, 0 where there is none; once
 * `begun` is there, so are the settings.
 */
export default async (host, wasm, begun) => {
  const compiled = (async () => WebAssembly.compile(await (await wasm).arrayBuffer()))()
  // Whoever awaits it learns of a failure; until then it is nobody's.
  compiled.catch(() => 0)
  await begun
  try {
    const asked = fetch(new URL(host.start.locale + '.json', import.meta.url))
    askEarly(host)
    // A page's first number format takes long to make: while nothing else can be done.
    Intl.NumberFormat()
    const words = await asked
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
    initSync({ module: await compiled })
    // What is drawn comes in a task of its own, or a slow device is held up too long.
    await new Promise(setTimeout)
    return { ask, banner, open }
  } catch (error) {
    host.plain = 1
    host.emit('error', error)
    return plain
  }
}
