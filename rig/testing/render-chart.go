// Renders a Helm chart's templates as Helm does it, with what the chart's templates use of Helm's functions:
// render-chart FOLDER < {"Values": …, "Release": {"Namespace": …}, "APIVersions": […]}
package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"text/template"
)

type versions []string

// Has is how charts ask for an API (helm.sh/docs/chart_template_guide/builtin_objects).
func (v versions) Has(wanted string) bool {
	for _, known := range v {
		if known == wanted {
			return true
		}
	}
	return false
}

func main() {
	var input struct {
		Values      map[string]any
		Release     map[string]any
		APIVersions versions
	}
	check(json.NewDecoder(os.Stdin).Decode(&input))
	data := map[string]any{
		"Values":       input.Values,
		"Release":      input.Release,
		"Capabilities": map[string]any{"APIVersions": input.APIVersions},
	}
	functions := template.FuncMap{
		"quote": strconv.Quote,
		"required": func(message string, value any) (any, error) {
			if value == nil || value == "" {
				return nil, fmt.Errorf("%s", message)
			}
			return value, nil
		},
	}
	var paths []string
	check(filepath.WalkDir(filepath.Join(os.Args[1], "templates"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		check(err)
		parsed, err := template.New(path).Option("missingkey=error").Funcs(functions).Parse(string(text))
		check(err)
		fmt.Println("---")
		check(parsed.Execute(os.Stdout, data))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
