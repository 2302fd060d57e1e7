# One image for provider and sites: docker build -t fedshot .
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY src src
RUN npm run build && npm prune --omit=dev

# LibTorch, where pip reaches an index while the image is built; without it the image computes with
# WebAssembly, many times slower, and each command that computes says so.
FROM node:22-bookworm-slim AS engine
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
ENV FEDSHOT_ENGINES=/usr/local/lib/fedshot/engines
RUN mkdir -p "$FEDSHOT_ENGINES" && node dist/cli/main.js engine ensure

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/proto proto
COPY --from=engine /usr/local/lib/fedshot/engines /usr/local/lib/fedshot/engines
# Volumes take over the owner of the folder that they are mounted on.
RUN mkdir -p /model /store /keys /log /record /recorder-key \
    && mkdir -p -m 700 /home/site /home/site/adapted /home/site/runs /home/site/current \
    && chown node:node /model /store /keys /log /record /recorder-key /home/site /home/site/adapted /home/site/runs /home/site/current
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
