// Sends requests for `second.localhost` to the second isolate, all others to the first.
export default {
  fetch: (request, env) =>
    (new URL(request.url).hostname == 'second.localhost' ? env.second : env.first).fetch(request)
}
