// The Worker's front door: every request enters here.
//
// Does: puts a referral link's request into one text, has wasm judge it, and makes a
// redirect of the text that comes back (src/tracker/hot.rs). Everything else, and
// whatever wasm does not answer at once, goes the long way.
// Why not in Rust: each header read and each header set from wasm is a crossing of its
// own, and the crossings cost more than all that is done between them
// (docs/performance.md).
// Not for: deciding anything.
import Worker, { Directory, Ledger } from './index.js'

export { Directory, Ledger }

const { follow, signs } = Worker.prototype
let names

const hot = (request, url) => {
  const { headers } = request
  let text = url + '\n' + request.method
  for (const name of names) text += '\n' + (headers.get(name) ?? '')
  try {
    return follow(text)
  } catch (error) {
    // The long way starts wasm anew.
    if (error instanceof WebAssembly.RuntimeError) globalThis.__worker_init_state.criticalError = true
  }
}

export default {
  fetch(request, env, context) {
    const { url } = request
    if (url.startsWith('/r/', url.indexOf('/', 8))) {
      names ??= signs(env).split('\n').filter(Boolean)
      const answer = hot(request, url)
      if (answer) {
        // A mark, the address, and after a line break the cookie.
        const end = answer.indexOf('\n')
        const first = answer.slice(1, end)
        const rest = answer.slice(end + 1)
        const headers = { 'cache-control': 'private, no-store' }
        if (answer[0] == '!') {
          headers['retry-after'] = first
          return new Response(rest, { status: 429, headers })
        }
        if (answer[0] == '+') context.waitUntil(new Worker(context, env).background(env))
        headers.location = first
        headers['referrer-policy'] = 'no-referrer'
        if (rest) headers['set-cookie'] = rest
        return new Response(null, { status: 302, headers })
      }
    }
    return new Worker(context, env).fetch(request)
  }
}
