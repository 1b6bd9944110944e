// The floor of `cargo xtask bench redirect`: what a redirect costs on this
// machine when nothing is looked up, signed or recorded.
export default {
  fetch() {
    return new Response(null, {
      status: 302,
      headers: {
        location: "http://shop.localhost/?gv=0",
        "set-cookie": "gv_click=0; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax",
        "cache-control": "private, no-store",
      },
    });
  },
};
