# One image for provider and sites: docker build -t fedshot .
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/proto proto
# Volumes take over the owner of the folder that they are mounted on.
RUN mkdir -p /model /store /keys /log /record /home/site && chown node:node /model /store /keys /log /record /home/site
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
