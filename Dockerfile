# Postrider on Microsoft's image of the Azure Functions host: the bundle and nothing else, for an ordinary user.
#   docker build --platform linux/amd64 -t postrider .

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json host.json ./
COPY infra/build.ts infra/
COPY functions functions/
COPY shared shared/
RUN npm run build

# The tag of the major version is the one that Microsoft keeps patched; rebuild once a month.
# https://learn.microsoft.com/azure/azure-functions/container-concepts#maintaining-custom-containers
FROM mcr.microsoft.com/azure-functions/node:4-node24
# Nobody is known to stand before a container, so no header is believed about where a request comes from. On App Service, or behind
# proxies of your own, set POSTRIDER_FRONT_END as docs/configuration.md says.
ENV POSTRIDER_FRONT_END=none \
    AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    AzureWebJobsDisableHomepage=true \
    ASPNETCORE_URLS=http://+:8080

# Where the host writes for itself (https://github.com/Azure/azure-functions-docker/issues/1210). The app stays root's: what runs
# cannot change it.
RUN mkdir -p /azure-functions-host/Secrets /home/site/wwwroot /home/LogFiles /home/data \
    && chown 1654:1654 /home \
    && chown -R 1654:1654 /azure-functions-host/Secrets /home/LogFiles /home/data

COPY --from=build /src/host.json /src/package.json /home/site/wwwroot/
COPY --from=build /src/dist /home/site/wwwroot/dist/

# `app` of the .NET images; by number, for runAsNonRoot of Kubernetes.
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# The image's own start script changes the certificates of the system first, which only root may.
CMD ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]
