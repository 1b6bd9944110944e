// The tag's script: the only part that every page of a shop pays for.
//
// Does: takes the click token out of the address and hands it in, keeps it with
// those of earlier clicks, fills the hidden field of forms, draws the launcher,
// answers grapevine(…), and brings the panel when it is wanted.
// Guarantees: runs once however often the tag stands in the page; no error of
// ours reaches the page; nothing is written to the browser where the merchant
// asks for consent first and the shopper has not given it, nor in a hidden frame.
// Not for: anything that a shopper sees after pressing the launcher (src/).
//
// The build fills in __BUILD__, the folder of this build's files.
// Every byte here is counted: repeated words compress well, clever ones don't.
// The build wraps it in a function, so nothing of it becomes global.
const d = document
const tag = d.currentScript || d.querySelector('script[data-merchant]')
const { live, q = [] } = self.grapevine || {}

if (tag && !live) {
  const { merchant, locale, placement, customer } = tag.dataset
  const edge = new URL(tag.src).origin
  const address = edge + '/b/' + merchant
  let found = /([?&])gv=([\w-]{1,80})(&|$)/.exec(location.search)
  const [, session] = location.hash.split('#gv_me=')
  const hidden = self != top && innerWidth * innerHeight < 2e3
  let consent, start, offer, loading, dialog

  const emit = (name, detail) => d.dispatchEvent(new CustomEvent('grapevine:' + name, { detail }))
  const safe = fn => async (...args) => {
    try { return await fn(...args) } catch (error) { emit('error', error) }
  }
  const make = (parent, name, more) => parent.appendChild(Object.assign(d.createElement(name), more))
  const readdress = rest => history.replaceState(history.state, '', location.pathname + rest)

  // What we remember: in this page until we may write it to the browser.
  let store = {}
  // Says whether the edge's cookie should follow: it outlives what a script keeps.
  const settle = () => {
    try {
      if (consent === false) {
        store = { ...store }
        for (const key of ['gv_click', 'gv_me', 'gv_hide', 'gv_bar']) delete localStorage[key]
        return 1
      }
      if (!hidden && (consent || !start.consent_required)) {
        const known = localStorage.gv_click
        // Newest first: the latest four clicks and the first ever.
        const tokens = [...new Set([store.gv_click, known].join('.').match(/[\w-]+/g))]
        tokens.splice(4, tokens.length - 5)
        store = Object.assign(localStorage, store)
        if (tokens.length) store.gv_click = tokens.join('.')
        // Where the token can't be kept, the address goes on carrying it.
        if (found) readdress(location.search.replace(found[0], found[3] && found[1]) + location.hash)
        found = 0
        return known != store.gv_click
      }
    } catch {}
  }

  // A text body needs no preflight. Status 0: no answer.
  const post = (path, body) => fetch(address + path, { method: 'POST', credentials: 'include', keepalive: true, body: JSON.stringify(body) })
    .then(async answer => [answer.status, await answer.json()]).catch(() => [0])

  const folder = edge + '/gv/' + __BUILD__ + '/'
  const load = () => loading ||= (async () => {
    await begun
    const wasm = fetch(folder + 'panel.wasm')
    const words = fetch(folder + start.locale + '.json')
    const panel = await import(folder + 'panel.js')
    host.words = await (await words).json()
    await panel.default({ module_or_path: wasm })
    return panel
  })().catch(error => {
    loading = 0
    throw error
  })

  const open = safe(async (where, place) => (await load()).open(host, place || (dialog ||= stage('panel')), where))

  const stage = name => {
    const el = make(d.body, 'div')
    el.dataset.gv = name
    return el
  }

  // A style sheet made here needs no inline style, so a strict CSP is no hurdle.
  // Black or white on the accent, by its luminance, so that contrast is 4.5 or
  // more; where a browser can't work that out, white.
  const paint = (root, css) => {
    const { accent, on_accent } = start.theme
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`:host{--a:var(--gv-accent,${accent || '#5b2a86'});--o:var(--gv-on-accent,${on_accent || `color(from var(--a) xyz${' clamp(0,(.179 - y)*1e9,1)'.repeat(3)})`});color:#fff}` + css)
    root.adoptedStyleSheets = [sheet]
  }

  const draw = ({ text, close }) => {
    if (!text || (placement || 'floating') != 'floating' || store.gv_hide) return
    const launcher = stage('launcher')
    const root = launcher.attachShadow({ mode: 'open' })
    const button = (action, more) => make(root, 'button', more).dataset.gvAction = action
    button('open', {
      textContent: text,
      onclick: () => open(),
      onpointerenter: safe(load),
      onfocus: safe(load)
    })
    button('hide', {
      textContent: '×',
      ariaLabel: close,
      onclick() {
        store.gv_hide = 1
        launcher.remove()
      }
    })
    paint(root, ':host{position:fixed;z-index:999999;bottom:16px;inset-inline-end:16px;display:flex;border-radius:24px;background:var(--a);box-shadow:0 4px 16px #0004}button{background:var(--a);color:var(--o);border:0;border-radius:24px;padding:14px 18px;font:inherit;font-weight:600;cursor:pointer;display:flex;gap:8px}:first-child:before{content:"";width:18px;height:18px;align-self:center;background:currentColor;clip-path:path("M0 5h18v4H0zm1 5h7v8H1zm9 0h7v8h-7zM3 0v4h12V0L9 4z")}')
  }

  // Forms and inline places, also those that a page's own navigation brings later;
  // and links, while the address alone can carry the token.
  const scan = () => {
    const token = store.gv_click
    for (const form of token ? d.querySelectorAll('form[data-grapevine-field]') : []) {
      (form.gv || make(form, 'input', { type: 'hidden', name: 'gv' })).value = token
    }
    for (const link of found ? d.links : []) {
      if (link.origin == location.origin && !link.search.includes(found[2])) link.search += (link.search && '&') + 'gv=' + found[2]
    }
    for (const place of d.querySelectorAll('[data-grapevine]:not([data-gv])')) {
      place.dataset.gv = 'inline'
      open('inline', place)
    }
  }

  // What happens on its own.
  const begin = safe(async () => {
    await begun
    while (!d.body) await new Promise(setTimeout)
    const token = store.gv_click
    const shown = token && store.gv_bar != token
    if (shown) {
      const [status, answer] = await post('/landings', { token, page: location.pathname, hidden })
      // The token knows its own age: the edge refuses one that is too old.
      if (status == 200) offer = answer
      else if (status && status < 429) store.gv_click = ''
    }
    if (hidden) return
    new MutationObserver(scan).observe(d, { childList: true, subtree: true })
    scan()
    if (session) open('link')
    // Who gets nothing is not greeted; in a pause, only who has a code already.
    if (shown && offer?.friend_reward && !offer.used && (offer.coupon || !start.paused)) safe(async () => (await load()).banner(host, token, offer))()
    draw(start.launcher)
  })

  // What the page may ask, and what the panel needs (src/host.rs).
  const host = { address, post, paint, emit, stage, customer, keep: (key, value) => value == null ? store[key] : store[key] = value }
  const commands = {
    identify: ({ token }) => host.customer = token,
    open: options => open(options?.placement),
    close: () => dialog?.shadowRoot.firstChild.close(),
    // Who has bought needs no greeting any more.
    convert: order => ready.then(() => post('/orders', { ...order, order_id: order.orderId, token: store.gv_bar = store.gv_click })),
    consent(given) {
      consent = given
      if (settle()) begun = begun.then(() => post('/consent', { token: store.gv_click, given }))
      scan()
    },
    getReferral: () => ready.then(() => store.gv_click && { token: store.gv_click, ...offer }),
    on: (name, fn) => d.addEventListener('grapevine:' + name, event => fn(event.detail)),
    ready: fn => ready.then(fn)
  }
  const api = self.grapevine = safe((name, ...rest) => commands[name](...rest))
  api.live = 1

  if (found) store.gv_click = found[2]
  if (session) {
    store.gv_me = session
    readdress(location.search)
  }
  let begun = fetch(address + '/start?locale=' + (locale || d.documentElement.lang || navigator.language)).then(async answer => {
    host.start = start = await answer.json()
    settle()
  })
  const ready = begin()
  q.map(args => api(...args))
  ready.then(() => emit('ready'))
}
