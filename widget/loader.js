// The tag's script: the only part that every page of a shop pays for.
//
// Does: takes the click token out of the address and hands it in, keeps it with
// those of earlier clicks, fills the hidden field of forms, draws the launcher,
// answers grapevine(…), notices when somebody is about to leave or has bought,
// and brings the panel when it is wanted.
// Guarantees: runs once however often the tag stands in the page; no error of
// ours reaches the page; nothing is written to the browser where the merchant
// asks for consent first and the shopper has not given it, nor in a hidden frame.
// Not for: anything that a shopper sees after pressing the launcher (panel.js, src/).
//
// The build fills in __BUILD__, the folder of this build's files.
// Every byte here is counted: repeated words compress well, clever ones don't.
// The build wraps it in a function, so nothing of it becomes global.
const d = document
const tag = d.currentScript || d.querySelector('script[data-merchant]')
const { live, q = [] } = self.grapevine || {}

if (tag && !live) try {
  const { merchant, locale, placement, customer } = tag.dataset
  const edge = new URL(tag.src).origin
  const address = edge + '/b/' + merchant
  let found = /([?&])gv=([\w-]{1,80})(&|$)/.exec(location.search)
  const [, session] = location.hash.split('#gv_me=')
  const hidden = self != top && innerWidth * innerHeight < 2e3
  const stages = {}
  let consent, start, offer, loading

  const emit = (name, detail) => d.dispatchEvent(new CustomEvent('grapevine:' + name, { detail }))
  const safe = fn => async (...args) => {
    try { return await fn(...args) } catch (error) { emit('error', error) }
  }
  const make = (parent, name, more) => parent.appendChild(Object.assign(d.createElement(name), more))
  const readdress = rest => history.replaceState(history.state, '', location.pathname + rest)

  // What we remember: in this page until we may write it to the browser.
  let store = {}
  const keep = (key, value) => {
    try { return value == null ? store[key] : store[key] = value } catch {}
  }
  // Says whether the edge's cookie should follow: it outlives what a script keeps.
  const settle = () => {
    try {
      if (consent === false) {
        store = { ...store }
        for (const key of Object.keys(localStorage)) if (/^gv_/.test(key)) delete localStorage[key]
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
  const post = async (path, body) => {
    try {
      const answer = await fetch(address + path, { method: 'POST', credentials: 'include', keepalive: true, body: JSON.stringify(body) })
      return [answer.status, await answer.json().catch(() => 0)]
    } catch {
      return [0]
    }
  }

  const folder = edge + '/gv/' + __BUILD__ + '/'
  // What needs no settings comes beside them.
  const load = () => loading ||= (async () => {
    try {
      const wasm = fetch(folder + 'panel.wasm').catch(() => 0)
      return await (await import(folder + 'panel.js')).default(host, wasm, begun)
    } catch (error) {
      loading = 0
      host.plain = 1
      throw error
    }
  })()
  const open = safe(async (where, place) => (await load()).open(host, place || stage('panel'), where))
  // Nobody is asked for a while after a no: then nothing is loaded either.
  const ask = safe(async where => start.asks[where.replace('-', '_')] && !(store.gv_quiet > Date.now()) && (await load()).ask(host, where))

  // One host a name; a page's own navigation may have thrown it out.
  const stage = name => {
    const el = stages[name] ||= d.createElement('div')
    el.dataset.gv = name
    return el.isConnected ? el : d.body.appendChild(el)
  }

  // A style sheet made here needs no inline style, so a strict CSP is no hurdle.
  const paint = (root, css) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(start.theme.css + css)
    root.adoptedStyleSheets = [sheet]
  }

  const draw = ({ text, close, css }) => {
    if (!text || (placement || 'floating') != 'floating' || store.gv_hide) return
    const launcher = stage('launcher')
    const root = launcher.attachShadow({ mode: 'open' })
    // A landmark: what stands beside a page's own content. And some test drivers
    // can't press what is right below a shadow root.
    const pill = make(root, 'aside')
    // A link, so that it leads to the edge's own page where the panel can't be had.
    const button = (name, action, more) => make(pill, name, more).dataset.gvAction = action
    button('a', 'open', {
      textContent: text,
      href: start.page_url,
      target: '_blank',
      onclick(event) {
        if (host.plain) return
        event.preventDefault()
        // The event itself forgets its target once it is over.
        const { target } = event
        target.ariaBusy = true
        open().then(() => {
          target.ariaBusy = false
          // Nothing came: the link does what links do.
          loading || target.click()
        })
      },
      onpointerenter: safe(load),
      onfocus: safe(load)
    })
    button('button', 'hide', {
      textContent: '×',
      ariaLabel: close,
      onclick: () => keep('gv_hide', launcher.style.display = 'none')
    })
    paint(root, css)
  }

  // Forms and places of ours, also those that a page's own navigation brings later or
  // throws out; and links, while the address alone can carry the token.
  const places = () => d.querySelectorAll('[data-grapevine]:not([data-gv],[data-grapevine=welcome])')
  const scan = safe(() => {
    const token = store.gv_click
    for (const form of token ? d.querySelectorAll('form[data-grapevine-field]') : []) {
      (form.gv || make(form, 'input', { type: 'hidden', name: 'gv' })).value = token
    }
    for (const link of found ? d.links : []) {
      if (link.origin == location.origin && !link.search.includes(found[2])) link.search += (link.search && '&') + 'gv=' + found[2]
    }
    for (const place of places()) {
      open(place.dataset.gv = place.dataset.grapevine, place)
    }
    for (const name of Object.keys(stages)) stage(name)
  })

  // What happens on its own.
  const begin = safe(async () => {
    if (found) store.gv_click = found[2]
    if (session) {
      store.gv_me = session
      readdress(location.search)
    }
    // A place waits for the panel: it is brought while the edge still answers.
    if (!hidden && places()[0]) safe(load)()
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
    // With a gift in hand nobody is held up on the way to the checkout.
    else if (start.asks.exit_intent) {
      // A pointer on its way out at the top; on a phone, a flick back up.
      let y = 0
      d.addEventListener('mouseout', event => event.relatedTarget || event.clientY > 0 || ask('exit-intent'))
      d.addEventListener('scroll', () => {
        if (navigator.maxTouchPoints && y - scrollY > 150) ask('exit-intent')
        y = scrollY
      })
    }
    draw(start.launcher)
  })

  // What the page may ask, and what the panel needs (src/host.rs).
  const host = { post, paint, emit, stage, customer, keep }
  const commands = {
    identify: ({ token }) => emit('identify', host.customer = token),
    open: options => open(options?.placement),
    close: () => stage('panel').shadowRoot?.firstChild.close(),
    // Who has bought needs no greeting any more.
    convert: async order => {
      await ready
      const [status, answer] = await post('/orders', { ...order, order_id: host.order = order.orderId, token: store.gv_bar = store.gv_click })
      if (!status || status > 299) throw answer.error
      ask('post-purchase')
    },
    consent(given) {
      consent = given
      if (settle()) begun = begun.then(() => post('/consent', { token: store.gv_click, given }))
      scan()
      return begun
    },
    getReferral: () => ready.then(() => store.gv_click && { token: store.gv_click, ...offer }),
    on: (name, fn) => d.addEventListener('grapevine:' + name, event => fn(event.detail)),
    ready: fn => ready.then(fn)
  }
  const api = self.grapevine = safe((name, ...rest) => commands[name](...rest))
  api.live = 1

  let begun = (async () => {
    const answer = await fetch(address + '/start?locale=' + (locale || d.documentElement.lang || navigator.language))
    host.start = start = await answer.json()
    if (start.error) throw start.error
    settle()
  })()
  const ready = begin()
  for (const args of q) api(...args)
  ready.then(() => emit('ready'))
} catch {}
