// Package sdktypes reads the type definitions of the npm SDKs, for tests that hold a plugin's property
// names against those its users write.
package sdktypes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	comment  = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	property = regexp.MustCompile(`^\s*(?:readonly\s+)?(\w+)(\?)?:`)
)

// Properties are the properties of an interface or class of a package's .d.ts file, each with whether
// it must be given. file is relative to node_modules, such as "@pulumi/docker/volume.d.ts".
func Properties(file, typeName string) (map[string]bool, error) {
	// Tests run in the folder of their package, which is one level below the module, itself three below the root.
	path, err := filepath.Abs(filepath.Join("../../../../node_modules", file))
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the SDK's types are needed (run `npm ci` at the root of the repository): %w", err)
	}
	text := comment.ReplaceAllString(string(source), "")
	start := regexp.MustCompile(`(?:class|interface) ` + typeName + `\b[^{]*\{`).FindStringIndex(text)
	if start == nil {
		return nil, fmt.Errorf("%s declares no type %s", path, typeName)
	}
	return topLevelProperties(text[start[1]:]), nil
}

// topLevelProperties reads up to the brace that closes the body; properties of nested object types,
// methods and the constructor are left out.
func topLevelProperties(body string) map[string]bool {
	found := map[string]bool{}
	depth := 0
	for _, line := range strings.Split(body, "\n") {
		if match := property.FindStringSubmatch(line); match != nil && depth == 0 {
			found[match[1]] = match[2] == ""
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
		if depth < 0 {
			break
		}
	}
	return found
}
