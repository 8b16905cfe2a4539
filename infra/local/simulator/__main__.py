import argparse

from aiohttp import web

p = argparse.ArgumentParser()
p.add_argument("--port", type=int)
p.add_argument("--state")
o = p.parse_args()
app = web.Application()


async def index(r: web.Request) -> web.Response:
    return web.Response(text="x")


app.router.add_get("/", index)
web.run_app(app, host="127.0.0.1", port=o.port, print=None)
