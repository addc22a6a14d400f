# One image for the three apps; docker-compose.yml says which one runs. Nothing secret is ever copied in.
ARG NODE_IMAGE=node:24.21-bookworm-slim

FROM ${NODE_IMAGE} AS sources
WORKDIR /relay
COPY package.json package-lock.json tsconfig.json tsconfig.base.json ./
COPY libs libs
COPY apps apps
COPY test/package.json test/package.json

FROM sources AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN node node_modules/@typescript/native/bin/tsc -b

FROM sources AS dependencies
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /relay
COPY --from=dependencies /relay/node_modules node_modules
COPY --from=build /relay/libs libs
COPY --from=build /relay/apps apps
COPY deploy/redis/users.acl.template deploy/redis/users.acl.template
COPY tools/provision.ts tools/keys-generate.ts tools/keys-show.ts tools/redis-acl.ts tools/
COPY package.json LICENSE ./
# Fresh volumes take the owner of the folder they are mounted over.
RUN mkdir -p /secrets/relay /secrets/watcher /secrets/dispatcher /secrets/redis && chown -R node:node /secrets
USER node
CMD ["node", "apps/relay/dist/main.js"]

# The demo profile: development dependencies and test folders, so never the production image.
FROM build AS stubs
COPY test test
COPY tools tools
COPY deploy deploy
RUN mkdir -p /provider && chown node:node /provider
USER node
CMD ["node", "tools/demo/on-compose.ts"]
