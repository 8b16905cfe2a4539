// Shows the OpenAPI document of this host. Nothing is asked of another one: its validator is switched off.
SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  filter: true,
  docExpansion: "none", // with all of 139 operations open it draws for minutes
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  defaultModelRendering: "example",
  syntaxHighlight: { theme: "idea" },
});
