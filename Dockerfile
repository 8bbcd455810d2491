# The images of our own programs: `app` (also runs `config` and the command line), `media` and `turn`. One file, so that
# they share what they stand on, and a host keeps it once. The context is the project's folder.
#
# A release adds digests to the two names; versions are pinned here.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG DEBIAN_IMAGE=debian:12-slim

# What npm has for the programs: what only media uses is set apart, in /srv/media. Of sqlite3 what runs is kept, without
# what builds it; its driver comes from the stage `native`. Documents, tests, fonts
# that nobody uses and builds for browsers go.
FROM ${NODE_IMAGE} AS packages
WORKDIR /srv/linkello
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/node-linux-* \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
 && find node_modules node_modules/@* -mindepth 2 -maxdepth 2 -type d \( -name test -o -name tests -o -name docs -o -name example \
      -o -name examples -o -name benchmark -o -name benchmarks -o -name .github \) -prune -exec rm -rf {} + \
 && find node_modules -type f -name '*.md' ! -iname 'licen*' -delete \
 && find node_modules/dejavu-fonts-ttf -type f ! -name LICENSE ! -name package.json \
      ! -name DejaVuSans.ttf ! -name DejaVuSans-Bold.ttf -delete \
 && cd node_modules \
 && rm -rf pdfkit/js/pdfkit.*browser* pdfkit/js/pdfkit.*old* pdfkit/js/pdfkit.standalone.js fontkit/dist/browser* \
      luxon/build/amd luxon/build/cjs-browser luxon/build/global lodash/fp lodash/lodash.min.js lodash/core.min.js \
      handlebars/dist/*.js handlebars/dist/amd node-forge/dist node-forge/flash uglify-js \
 && cd .. \
 && mkdir /srv/driver && mv node_modules/sqlite3 node_modules/bindings node_modules/file-uri-to-path /srv/driver \
 && rm -rf /srv/driver/sqlite3/deps /srv/driver/sqlite3/src \
 && npm pkg delete dependencies.sqlite3 optionalDependencies \
 && npm prune --omit=dev --ignore-scripts \
 && mv /srv/driver/* node_modules \
 && cp -a node_modules /srv/media \
 && npm pkg delete dependencies.mediasoup \
 && npm prune --omit=dev --ignore-scripts \
 && cp -a /srv/media/sqlite3 /srv/media/bindings /srv/media/file-uri-to-path node_modules \
 && cd /srv/media && for package in [!@]* @*/*; do [ ! -e "/srv/linkello/node_modules/$package" ] || rm -rf "$package"; done

# Node without its symbols, which only a debugger reads: 18 MB less.
FROM ${NODE_IMAGE} AS node
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binutils \
 && strip --strip-unneeded --output-file=/node /usr/local/bin/node \
 && /node --version

# The database's driver, built from its npm package. And mediasoup's worker: downloaded, or else built from the npm
# package (media/worker/README.md); or the one that `media/worker/pack` put into media/worker/packed, if somebody let it.
FROM ${NODE_IMAGE} AS native
WORKDIR /srv/linkello
COPY package.json package-lock.json .npmrc ./
COPY scripts/install scripts/install
COPY scripts/sqlite scripts/sqlite
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/linkello \
    scripts/sqlite
COPY scripts/worker scripts/worker
COPY media/worker media/worker
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/linkello \
    if [ -d media/worker/packed ]; then mv media/worker/packed /worker; \
    else media/worker/pack "$(scripts/worker)" /worker; fi

FROM ${DEBIAN_IMAGE} AS base
ENV NODE_ENV=production LINKELLO_DATA=/data LINKELLO_CONFIG=/config/linkello.yaml
# 10001 owns what is written. The folders are here so that volumes in their place are its own too.
RUN groupadd --gid 10001 linkello \
 && useradd --uid 10001 --gid linkello --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin linkello \
 && install --directory --owner=linkello --group=linkello --mode=0750 /data \
 && cd /data && install --directory --owner=linkello --group=linkello --mode=0700 app media turn host tls \
 && install --directory --owner=linkello --group=linkello --mode=0750 analytics analytics-db analytics-access
COPY --from=node /node /usr/local/bin/node
WORKDIR /srv/linkello
COPY --from=packages /srv/linkello/node_modules node_modules
COPY package.json LICENSE ./
COPY config/*.ts config/
COPY config/sections config/sections
COPY turn/*.ts turn/
COPY media/*.ts media/
COPY analytics analytics
COPY scripts scripts
STOPSIGNAL SIGTERM

FROM base AS media
COPY --from=packages /srv/media node_modules
COPY --from=native /worker/packages /tmp/packages
RUN apt-get update \
 && xargs --no-run-if-empty apt-get install --yes --no-install-recommends </tmp/packages \
 && rm -rf /var/lib/apt/lists/* /tmp/packages
COPY --from=native /worker/mediasoup-worker /usr/local/bin/mediasoup-worker
ENV MEDIASOUP_WORKER_BIN=/usr/local/bin/mediasoup-worker
RUN --mount=type=bind,source=media/worker/prove.ts,target=/srv/linkello/media/prove.ts \
    node media/prove.ts "$MEDIASOUP_WORKER_BIN"
USER 10001:10001
CMD ["scripts/again", "node", "media/main.ts"]

FROM base AS turn
RUN apt-get update \
 && apt-get install --yes --no-install-recommends coturn \
 && rm -rf /var/lib/apt/lists/* /var/lib/turn
USER 10001:10001
CMD ["scripts/again", "node", "scripts/relay.ts"]

FROM base AS app
COPY --from=native /srv/linkello/node_modules/sqlite3/build/Release/node_sqlite3.node node_modules/sqlite3/build/Release/
COPY app app
RUN printf '#!/bin/sh\nexec node /srv/linkello/scripts/linkello.ts "$@"\n' >/usr/local/bin/linkello \
 && chmod 755 /usr/local/bin/linkello
USER 10001:10001
CMD ["scripts/again", "node", "app/main.ts"]
