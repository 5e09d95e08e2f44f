# One image for all of Rushes; its command says which process it is (docs/deploy.md, decision 48).
#
#     docker build -t rushes:0.1.0 .
#     docker run --read-only --tmpfs /tmp -v rushes:/data -p 127.0.0.1:8080:8080 rushes:0.1.0
#
# npm asks its public registry. For another one: --secret id=npmrc,src=$HOME/.npmrc

# A tag can be moved; a digest cannot: --build-arg NODE_IMAGE=docker.io/library/node:24.21.0-trixie-slim@sha256:…
ARG NODE_IMAGE=docker.io/library/node:24.21.0-trixie-slim

# What npm reads and nothing else, and all of one time: packages are installed again only when one of these files says something else.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests \
 && cp --parents package.json package-lock.json .npmrc libs/*/package.json layers/*/package.json apps/*/package.json apps/rushes/bin/rushes /manifests/ \
 && find /manifests -exec touch --date=@0 {} +

# TypeScript to JavaScript; SQL as it is.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY --from=manifests /manifests/ ./
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --ignore-scripts --no-update-notifier
COPY . .
# Maps and declarations stay behind: they serve whoever has the sources.
RUN node node_modules/.bin/tsc -b \
 && mkdir /built \
 && cp -r --parents libs/*/dist layers/*/dist layers/*/sql apps/*/dist LICENSE /built/ \
 && find /built -type f ! -name '*.js' ! -name '*.json' ! -name '*.sql' ! -name LICENSE -delete \
 && find /built -name .tsbuildinfo -delete

# The libraries that run. Node is the image's own; of the film data, all but the one file that is read goes.
FROM ${NODE_IMAGE} AS libraries
WORKDIR /app
COPY --from=manifests /manifests/ ./
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --ignore-scripts --no-update-notifier --omit=dev \
 && rm -rf node_modules/node-linux-* node_modules/@types node_modules/.bin package-lock.json .npmrc apps/rushes/bin \
 && find node_modules/vega-datasets/data -type f ! -name movies.json -delete \
 && find node_modules -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' -o -name '*.tsbuildinfo' \) -delete

FROM ${NODE_IMAGE}
ARG RUSHES_VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Rushes" \
      org.opencontainers.image.description="A catalog of films on the Lambda architecture: batch, speed and serving layer" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${RUSHES_VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-trixie-slim"

# Package managers have no use here. The folders are those of volumes: a new volume takes over owner and mode.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
 && groupadd --gid 10001 rushes \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin rushes \
 && install -d -o 10001 -g 10001 -m 0700 /data /imdb \
 && printf '#!/bin/sh\nexec node --conditions=dist /app/apps/rushes/dist/main.js "$@"\n' > /usr/local/bin/rushes \
 && chmod 0755 /usr/local/bin/rushes

WORKDIR /app
COPY --from=libraries /app/ ./
COPY --from=build /built/ ./

ENV NODE_ENV=production \
    RUSHES_DATA=/data \
    RUSHES_HOST=0.0.0.0 \
    RUSHES_PORT=8080 \
    RUSHES_METRICS_HOST=0.0.0.0 \
    RUSHES_METRICS_PORT=9464
EXPOSE 8080 9464

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001

# The serving layer answers at the one port, the others at the other.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "const live = async (port) => { const { ok } = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(4000) }); if (!ok) throw new Error('not live'); }; Promise.any([process.env.RUSHES_PORT, process.env.RUSHES_METRICS_PORT].map(live)).then(() => process.exit(0), () => process.exit(1));"]

# Node is process 1 and ends on SIGTERM by its own handler; no init is needed (decision 48).
ENTRYPOINT ["node", "--conditions=dist"]
CMD ["apps/rushes/dist/main.js", "up"]
