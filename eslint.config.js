import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["components/browser/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      "complexity": ["error", 8],
      "eqeqeq": "error",
      "max-len": ["error", { code: 128 }],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["tests/browser/**/*.js"], languageOptions: { globals: globals.node } },
];
