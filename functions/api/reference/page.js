// Shows the OpenAPI document of this host. Nothing is asked of another one: its validator is switched off.
SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  filter: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  defaultModelRendering: "example",
  syntaxHighlight: { theme: "idea" },
});
