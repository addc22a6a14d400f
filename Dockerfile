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
COPY package.json LICENSE ./
COPY tools/provision.ts tools/keys-generate.ts tools/
USER node
CMD ["node", "apps/relay/dist/main.js"]

# The stub network of the demo profile: development dependencies and test folders, so never the production image.
FROM build AS stubs
COPY test test
USER node
CMD ["node", "test/stubs/network/main.ts"]
