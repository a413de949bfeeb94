# The service itself. `docker build -t sandbox-master .`; docker-compose.yml runs it.
#
# BASE_IMAGE: Debian or the like (glibc; GNU find, mv, rm and chmod, with which the service measures and removes what
# sandboxes leave), with Node to run npm on. Without a registry the tests pass one made here.
ARG BASE_IMAGE=node:24.21.0-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package here needs its install script, so none gets to run.
RUN ["npm", "ci", "--ignore-scripts"]
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
RUN ["npm", "run", "build"]
# npm keeps the compiler, which @nestjs/swagger's build plugin names as an optional peer, though nothing that runs loads
# it; and it leaves the folders of scopes behind that it has emptied.
RUN npm prune --omit=dev --ignore-scripts && rm -r node_modules/typescript node_modules/.bin/tsc && \
    find node_modules -maxdepth 1 -type d -empty -exec rmdir {} +
# The Node that package-lock.json pins is what runs. Where the base has that very version, one copy is enough.
RUN if [ "$(node --version)" = "$(node_modules/.bin/node --version)" ]; then \
      rm -r node_modules/.bin/node node_modules/node-linux-*; \
    fi

FROM ${BASE_IMAGE}
# The init process: hands signals on and reaps what the service starts.
RUN if ! command -v tini; then \
      apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY config config
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH

# Root, on purpose: the service removes what a sandbox's root made, and gives directories modes and owners that hold for
# any user. It needs no more than that, and no place to write but its mounts, so run it with
#   --cap-drop ALL --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add CHOWN
#   --security-opt no-new-privileges --read-only --tmpfs /tmp
# Whoever reaches the Docker socket has the host's root all the same; docs/security.md says what that means.
USER root

EXPOSE 8123
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.APP_HTTP_PORT ?? 8123}/livez`, { signal: AbortSignal.timeout(4000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps", \
  "--import", "./dist/observability/start-telemetry.js", "dist/main.js"]
