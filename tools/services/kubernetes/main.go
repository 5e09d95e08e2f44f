// Command kube holds the parts of a Kubernetes control plane in one program; the first argument says which of them runs.
// They share most of their libraries, so that one program is a quarter of what five would take.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var commands = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubectl":            cmd.NewDefaultKubectlCommand,
}

func main() {
	part := ""
	if len(os.Args) > 1 {
		part = os.Args[1]
		// Each part reads the program's arguments by itself.
		os.Args = slices.Delete(os.Args, 0, 1)
	}
	if part == "etcd" {
		etcdmain.Main(os.Args)
		return
	}
	command, ok := commands[part]
	if !ok {
		names := []string{"etcd"}
		for name := range commands {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintln(os.Stderr, "usage: kube "+strings.Join(names, "|")+" ARGUMENTS")
		os.Exit(2)
	}
	os.Exit(cli.Run(command()))
}
