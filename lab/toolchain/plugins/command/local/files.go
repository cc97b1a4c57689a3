package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type pathRule struct {
	glob    glob.Glob
	exclude bool
}

// matchingFiles finds the files under dir that the rules select, keyed by their path relative to dir.
// The rules are applied in order; one that begins with "!" takes files away again.
func matchingFiles(dir string, patterns []string) (map[string]*resource.Asset, error) {
	rules, err := pathRules(patterns)
	if err != nil {
		return nil, err
	}
	files := map[string]*resource.Asset{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !selected(path, rules) {
			return err
		}
		files[path], err = resource.NewPathAsset(filepath.Join(dir, path))
		return err
	})
	return files, err
}

func pathRules(patterns []string) ([]pathRule, error) {
	rules := make([]pathRule, len(patterns))
	for i, pattern := range patterns {
		text, exclude := strings.CutPrefix(pattern, "!")
		compiled, err := glob.Compile(text, '/')
		if err != nil {
			return nil, fmt.Errorf("the path pattern %q is not a glob: %w", pattern, err)
		}
		rules[i] = pathRule{compiled, exclude}
	}
	return rules, nil
}

func selected(path string, rules []pathRule) bool {
	taken := false
	for _, rule := range rules {
		if rule.glob.Match(path) {
			taken = !rule.exclude
		}
	}
	return taken
}
