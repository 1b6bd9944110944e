// Runs in every measured page before anything of its own, and is the same for all of them.
// Answers with `self.measured`, a promise of what was seen.
{
  const { host, css, count, kept } = __WANTED__[location.pathname] || {}
  if (css) {
    for (const [key, value] of Object.entries(kept)) localStorage[key] = value

    const tasks = []
    let shifts = 0
    const watch = (type, take) =>
      new PerformanceObserver(list => list.getEntries().forEach(take)).observe({ type, buffered: true })
    watch('longtask', entry => tasks.push(entry.duration))
    watch('layout-shift', entry => { shifts += entry.value })

    // Whether what a shopper would press is there, works (has its address) and can be seen.
    const isThere = () => {
      const root = host ? document.querySelector(host)?.shadowRoot : document
      const seen = [...root?.querySelectorAll(css) ?? []].filter(element => {
        const { width, height, top } = element.getBoundingClientRect()
        return width && height && top < innerHeight &&
          element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      })
      return seen.length >= count
    }
    // A message sent from within a frame's callback arrives after that frame was painted.
    const painted = new Promise(done => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        done(performance.now())
      }
      const look = () => isThere() ? port2.postMessage(0) : requestAnimationFrame(look)
      requestAnimationFrame(look)
    })
    const loaded = new Promise(done => addEventListener('load', done))
    self.measured = Promise.all([painted, loaded])
      // What comes after the buttons counts as well: until nothing is left to do.
      .then(([visible]) => new Promise(done => setTimeout(() => requestIdleCallback(() => done(visible)), __SETTLE__)))
      .then(visible => ({ visible, shifts, tasks }))
  }
}
